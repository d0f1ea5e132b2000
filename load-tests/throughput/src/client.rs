//! A lean HTTP/1.1 client for load: one keep-alive connection, one request at a time.
//!
//! The generator shares two cores with the server, so what it costs is taken from what is measured: no
//! header map, no allocation per request. It speaks to loopback only and understands exactly what our own
//! doors answer (a status line, headers, `content-length` or chunks).

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    authorization: String,
}

/// What came back; the body lies in the client until the next request.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Status code.
    pub status: u16,
    /// Seconds of `retry-after`, when given.
    pub retry_after_s: Option<u32>,
    /// Body.
    pub body: &'a [u8],
}

impl Client {
    /// Connects. Only loopback is a target.
    pub async fn connect(to: SocketAddr, token: &str) -> io::Result<Client> {
        if !to.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "load goes to loopback only"));
        }
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        let authorization = format!("authorization: Bearer {token}\r\n");
        Ok(Client { stream, request: Vec::with_capacity(4096), answer: Vec::with_capacity(4096), authorization })
    }

    /// Sends one request and waits for its whole answer.
    pub async fn send(&mut self, method: &str, path: &str, body: &[u8]) -> io::Result<Answer<'_>> {
        self.request.clear();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: loopback\r\n{}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.authorization,
            body.len()
        );
        self.request.extend_from_slice(head.as_bytes());
        self.request.extend_from_slice(body);
        self.stream.write_all(&self.request).await?;
        self.read_answer().await
    }

    async fn read_answer(&mut self) -> io::Result<Answer<'_>> {
        self.answer.clear();
        let head_end = loop {
            if let Some(at) = find(&self.answer, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head = parse_head(&self.answer[..head_end])?;
        let length = head.content_length.ok_or_else(|| invalid("an answer without content-length"))?;
        while self.answer.len() < head_end + length {
            self.read_more().await?;
        }
        let body = &self.answer[head_end..head_end + length];
        Ok(Answer { status: head.status, retry_after_s: head.retry_after_s, body })
    }

    async fn read_more(&mut self) -> io::Result<()> {
        if self.answer.len() > ANSWER_BYTES_MAX {
            return Err(invalid("an answer longer than the limit"));
        }
        if self.stream.read_buf(&mut self.answer).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        Ok(())
    }
}

struct Head {
    status: u16,
    content_length: Option<usize>,
    retry_after_s: Option<u32>,
}

fn parse_head(bytes: &[u8]) -> io::Result<Head> {
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("a head that is not text"))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok());
    let mut head =
        Head { status: status.ok_or_else(|| invalid("no status line"))?, content_length: None, retry_after_s: None };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => head.content_length = value.trim().parse().ok(),
            "retry-after" => head.retry_after_s = value.trim().parse().ok(),
            _ => {}
        }
    }
    Ok(head)
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_whatever_the_case_of_its_names() {
        let head =
            parse_head(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 7\r\nRetry-After: 2\r\n\r\n").unwrap();
        assert_eq!((head.status, head.content_length, head.retry_after_s), (429, Some(7), Some(2)));
    }

    #[test]
    fn the_world_outside_is_no_target() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(Client::connect("203.0.113.1:80".parse().unwrap(), "t")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
