//! A syscall trace as a row of operations on files, in the order in which the kernel finished them.
//!
//! Read from `strace -f -y -xx`: every string is hex, every descriptor carries its path. A call that another
//! thread interrupts stands in two lines; its arguments are on the first, its end is the second. Writes and
//! syncs count from their end (a sync that is not over has made nothing durable), an answer to a client from
//! its beginning (it may have been read before the call returned): both in favour of finding a fault.

use std::collections::BTreeMap;

/// One operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Op {
    /// A file came to be (or was opened with truncation).
    Create { path: String, truncate: bool },
    /// A folder came to be.
    MakeFolder { path: String },
    /// Bytes at an offset.
    Write { path: String, offset: u64, bytes: Vec<u8> },
    /// The length was set.
    SetLength { path: String, length: u64, grow_only: bool },
    /// A name moved.
    Rename { from: String, to: String },
    /// A name went.
    Remove { path: String },
    /// The file, or the folder's names, are durable.
    Sync { path: String },
    /// Bytes to a client.
    Answer { bytes: Vec<u8> },
}

/// Reads a whole trace; only paths below `folder` are kept.
pub fn read(text: &str, folder: &str) -> Vec<Op> {
    let mut reader = Reader { folder: folder.to_owned(), ..Reader::default() };
    for line in text.lines() {
        reader.line(line);
    }
    reader.ops
}

#[derive(Default)]
struct Reader {
    folder: String,
    ops: Vec<Op>,
    /// What each thread has begun and not finished.
    begun: BTreeMap<String, String>,
    /// Where `write` goes on, by descriptor (threads share the table).
    cursors: BTreeMap<u64, u64>,
    /// Lengths, for files opened to append.
    lengths: BTreeMap<String, u64>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else { return };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            self.answer(begun);
            self.begun.insert(thread.to_owned(), begun.to_owned());
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some((_, end)) = resumed.split_once("resumed>") else { return };
            if let Some(begun) = self.begun.remove(thread) {
                self.finished(&(begun + end));
            }
        } else {
            self.answer(rest);
            self.finished(rest);
        }
    }

    /// A write to a socket counts from its beginning.
    fn answer(&mut self, call: &str) {
        let Some((name, arguments)) = call.split_once('(') else { return };
        let to_socket = path_of(arguments)
            .is_some_and(|p| p.starts_with("TCP:") || p.starts_with("socket:") || p.starts_with("TCPv6:"));
        if to_socket && ["write", "writev", "sendto", "sendmsg"].contains(&name) {
            self.ops.push(Op::Answer { bytes: strings(arguments).concat() });
        }
    }

    fn finished(&mut self, call: &str) {
        let Some((name, rest)) = call.split_once('(') else { return };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { return };
        if result.starts_with('-') || result.starts_with('?') {
            return;
        }
        match name {
            "openat" | "creat" => self.opened(arguments, result),
            "close" => {
                if let Some(fd) = number(arguments) {
                    self.cursors.remove(&fd);
                }
            }
            "lseek" => {
                if let (Some(fd), Some(at)) = (number(arguments), number(result)) {
                    self.cursors.insert(fd, at);
                }
            }
            "mkdir" | "mkdirat" => self.named(arguments, |path| Op::MakeFolder { path }),
            "unlink" | "unlinkat" | "rmdir" => self.named(arguments, |path| Op::Remove { path }),
            "rename" | "renameat" | "renameat2" => self.renamed(arguments),
            "fsync" | "fdatasync" => {
                if let Some(path) = self.inside(arguments) {
                    self.ops.push(Op::Sync { path });
                }
            }
            "ftruncate" | "fallocate" => self.resized(name, arguments),
            "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2" => self.written(name, arguments, result),
            _ => {}
        }
    }

    fn inside(&self, arguments: &str) -> Option<String> {
        path_of(arguments).filter(|path| path.starts_with(&self.folder))
    }

    fn opened(&mut self, arguments: &str, result: &str) {
        let Some(path) = path_of(result).filter(|p| p.starts_with(&self.folder)) else { return };
        let truncate = arguments.contains("O_TRUNC");
        if let Some(fd) = number(result) {
            let end = if arguments.contains("O_APPEND") { self.lengths.get(&path).copied().unwrap_or(0) } else { 0 };
            self.cursors.insert(fd, end);
        }
        if arguments.contains("O_CREAT") || truncate {
            self.ops.push(Op::Create { path, truncate });
        }
    }

    fn named(&mut self, arguments: &str, op: impl Fn(String) -> Op) {
        let path = strings(arguments).pop().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(path) = path.filter(|p| p.starts_with(&self.folder)) {
            self.ops.push(op(path));
        }
    }

    fn renamed(&mut self, arguments: &str) {
        let names: Vec<_> = strings(arguments).into_iter().filter_map(|b| String::from_utf8(b).ok()).collect();
        if let [from, to] = names.as_slice() {
            if from.starts_with(&self.folder) {
                let length = self.lengths.remove(from).unwrap_or(0);
                self.lengths.insert(to.clone(), length);
                self.ops.push(Op::Rename { from: from.clone(), to: to.clone() });
            }
        }
    }

    fn resized(&mut self, name: &str, arguments: &str) {
        let Some(path) = self.inside(arguments) else { return };
        let numbers: Vec<u64> = arguments.split(", ").skip(1).filter_map(number).collect();
        let (length, grow_only) = match (name, numbers.as_slice()) {
            ("ftruncate", [length]) => (*length, false),
            ("fallocate", [_mode, offset, more]) => (offset + more, true),
            _ => return,
        };
        self.ops.push(Op::SetLength { path, length, grow_only });
    }

    fn written(&mut self, name: &str, arguments: &str, result: &str) {
        let Some(path) = self.inside(arguments) else { return };
        let (Some(fd), Some(written)) = (number(arguments), number(result)) else { return };
        let mut bytes = strings(arguments).concat();
        bytes.truncate(written as usize);
        let tail = arguments.rsplit_once(if name == "pwrite64" { '"' } else { ']' }).map_or("", |(_, tail)| tail);
        let numbers: Vec<u64> = tail.split(", ").filter_map(number).collect();
        let offset = match (name, numbers.as_slice()) {
            ("pwrite64", [_length, offset]) => *offset,
            ("pwritev", [_count, offset]) | ("pwritev2", [_count, offset, _]) => *offset,
            _ => self.cursors.get(&fd).copied().unwrap_or(0),
        };
        let end = offset + bytes.len() as u64;
        if name == "write" || name == "writev" {
            self.cursors.insert(fd, end);
        }
        let length = self.lengths.entry(path.clone()).or_default();
        *length = (*length).max(end);
        self.ops.push(Op::Write { path, offset, bytes });
    }
}

/// The path that `-y` prints behind the first descriptor, hex undone.
fn path_of(text: &str) -> Option<String> {
    let start = text.find('<')?;
    let end = text[start..].find('>')? + start;
    String::from_utf8(unhex(&text[start + 1..end])).ok()
}

/// The number at the beginning.
fn number(text: &str) -> Option<u64> {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// All quoted strings, hex undone.
fn strings(text: &str) -> Vec<Vec<u8>> {
    text.split('"').skip(1).step_by(2).map(unhex).collect()
}

/// `\x68\x69` is "hi"; what is not escaped stands for itself.
fn unhex(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() / 4);
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes[at] == b'\\' && bytes.get(at + 1) == Some(&b'x') && at + 4 <= bytes.len();
        let value = escaped
            .then(|| std::str::from_utf8(&bytes[at + 2..at + 4]).ok().and_then(|h| u8::from_str_radix(h, 16).ok()))
            .flatten();
        match value {
            Some(value) => {
                out.push(value);
                at += 4;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

#[test]
fn a_trace_is_read_in_the_order_of_ends() {
    let text = "\
1 openat(AT_FDCWD<\\x2f>, \"\\x2f\\x64\\x2f\\x61\", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 3<\\x2f\\x64\\x2f\\x61>
2 pwrite64(3<\\x2f\\x64\\x2f\\x61>, \"\\x68\\x69\", 2, 40 <unfinished ...>
1 fdatasync(3<\\x2f\\x64\\x2f\\x61>) = 0
2 <... pwrite64 resumed>) = 2
1 write(3<\\x2f\\x64\\x2f\\x61>, \"\\x6a\\x6b\", 2) = 2
1 write(9<\\x54\\x43\\x50\\x3a\\x5b\\x31\\x5d>, \"\\x6f\\x6b\", 2) = 2
1 openat(AT_FDCWD<\\x2f>, \"\\x2f\\x65\\x2f\\x61\", O_RDWR|O_CREAT, 0644) = 4<\\x2f\\x65\\x2f\\x61>
";
    let path = "/d/a".to_owned();
    let expected = [
        Op::Create { path: path.clone(), truncate: false },
        Op::Sync { path: path.clone() },
        Op::Write { path: path.clone(), offset: 40, bytes: b"hi".to_vec() },
        Op::Write { path, offset: 0, bytes: b"jk".to_vec() },
        Op::Answer { bytes: b"ok".to_vec() },
    ];
    assert_eq!(read(text, "/d"), expected);
}
