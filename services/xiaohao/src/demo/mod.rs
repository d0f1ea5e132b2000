//! The demonstration (演示): the example street with a month behind it, and a life that goes on.
//!
//! ```text
//!   people ──actors.toml──► node (stepped clock) ◄── doors ◄── play (script: who does what when) ── then ──► live
//! ```
//!
//! Everything goes through the real doors, by people with tokens of their own; nothing is written past them.
//! The history is a script of a seed, and every report and order in it has an id made from its place there:
//! a history that was interrupted is played again from the start and goes on where it stopped, because what
//! was answered is answered once.

mod doors;
mod greeting;
mod live;
mod people;
mod play;
mod script;

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::serve::{ServeFault, start};
use crate::settings::{ClockMode, Settings};

/// Its presence says that the history of this directory has been played to its end.
const MARKER: &str = "demo-history";

/// Why the demonstration ended badly.
#[derive(Debug, thiserror::Error)]
pub enum DemoFault {
    /// The node did not open, or did not close.
    #[error(transparent)]
    Serve(#[from] ServeFault),
    /// A file of the directory.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tokens of the directory are not the demonstration's.
    #[error("{0} is not a demonstration's: name another --data")]
    People(PathBuf),
    /// A door did not answer, or said what cannot be.
    #[error("the doors: {0}")]
    Doors(String),
}

fn io_fault(path: &Path) -> impl Fn(io::Error) -> DemoFault {
    move |source| DemoFault::Io { path: path.to_owned(), source }
}

/// Runs until told to stop. `say` is given progress, `tell` the greeting.
pub async fn run(mut settings: Settings, say: fn(&str), tell: fn(&str)) -> Result<(), DemoFault> {
    settings.clock = ClockMode::Stepped;
    settings.notifier.link_base = format!("http://{}", settings.listen);
    fs::create_dir_all(&settings.data).map_err(io_fault(&settings.data))?;
    let people = Arc::new(people::prepare(&settings.data.join(&settings.actors))?);
    let serving = start(&settings).await?;
    let doors = Arc::new(doors::Doors::new(&serving.running)?);
    let ended = tokio::select! {
        () = told_to_stop() => Ok(()),
        fault = play_and_live(&doors, &people, &settings, say, tell) => fault.map(|never| match never {}),
    };
    drop(doors);
    let closed = serving.stop().await.map_err(DemoFault::from);
    ended.and(closed)
}

async fn play_and_live(
    doors: &Arc<doors::Doors>,
    people: &Arc<people::People>,
    settings: &Settings,
    say: fn(&str),
    tell: fn(&str),
) -> Result<Infallible, DemoFault> {
    doors.wait_ready().await?;
    let marker = settings.data.join(MARKER);
    if !marker.exists() {
        doors.import_the_street().await?;
        let played = play::play(Arc::clone(doors), Arc::clone(people), script::street()).await?;
        say(&played.to_string());
        fs::write(&marker, played.to_string()).map_err(io_fault(&marker))?;
    }
    tell(&greeting::words(people, doors.base(), &settings.data, doors.now_ms().await?));
    live::live(doors, people).await
}

async fn told_to_stop() {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
}
