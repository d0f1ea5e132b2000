//! How far a long command is: a bar on a terminal, else a line every five seconds, on standard error.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::say;

/// Between two lines.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Between two moves of the bar.
const BAR_EVERY: Duration = Duration::from_millis(100);

/// Shows a count until it is dropped.
pub struct Progress {
    done: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    shower: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show, out of `all`.
    pub fn of(what: &str, all: usize) -> Progress {
        let (done, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, end, what) = (Arc::clone(&done), Arc::clone(&over), what.to_owned());
        let show = if std::io::stderr().is_terminal() { bar } else { lines };
        let shower = std::thread::spawn(move || show(&what, all, &count, &end));
        Progress { done, over, shower: Some(shower) }
    }

    /// What is counted.
    pub fn counter(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.done)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(shower) = self.shower.take() {
            shower.thread().unpark();
            let _ = shower.join();
        }
    }
}

fn bar(what: &str, all: usize, done: &AtomicUsize, over: &AtomicBool) {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta}");
    let bar = ProgressBar::new(all as u64).with_prefix(what.to_owned());
    let bar = style.map(|style| bar.clone().with_style(style)).unwrap_or(bar);
    while !over.load(Ordering::Relaxed) {
        bar.set_position(done.load(Ordering::Relaxed) as u64);
        std::thread::park_timeout(BAR_EVERY);
    }
    bar.set_position(done.load(Ordering::Relaxed) as u64);
    bar.finish();
}

fn lines(what: &str, all: usize, done: &AtomicUsize, over: &AtomicBool) {
    std::thread::park_timeout(LINE_EVERY);
    while !over.load(Ordering::Relaxed) {
        say(&format!("{what}: {} of {all}", done.load(Ordering::Relaxed)));
        std::thread::park_timeout(LINE_EVERY);
    }
}
