//! Listening to the desk's stream as a browser does: one connection, events line by line.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Open;

/// One event of a stream.
pub fn event(reader: &mut BufReader<TcpStream>) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the stream ended");
        let line = line.trim_end().to_owned();
        let is_chunk_size = !line.contains(':') && u64::from_str_radix(&line, 16).is_ok();
        match line.is_empty() {
            true if lines.is_empty() => {}
            true => return lines,
            false if is_chunk_size => {}
            false => lines.push(line),
        }
    }
}

pub fn stream(open: &Open, token: &str, last: Option<&str>) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(open.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let resume = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
    write!(socket, "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{resume}\r\n").unwrap();
    let mut reader = BufReader::new(socket);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
    }
    let hello = event(&mut reader);
    assert!(hello.contains(&"event: hello".to_owned()), "{hello:?}");
    reader
}

pub fn field<'a>(event: &'a [String], name: &str) -> &'a str {
    event
        .iter()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name} in {event:?}"))
}
