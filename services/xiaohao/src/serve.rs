//! `serve`: a node with its doors open, until it is told to stop.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::administration::{Administration, routes};
use crate::node::{Node, NodeFault, Opened, open};
use crate::running::{Announcement, Running};
use crate::settings::Settings;

/// Why serving ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    /// The node did not open.
    #[error(transparent)]
    Node(#[from] NodeFault),
    /// The address is taken or not ours.
    #[error("{address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The machine did not let us.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Lanes halted or did not come to rest.
    #[error("not everything came to rest: see the log above")]
    Unrest,
    /// The log stopped: a failed sync is never retried.
    #[error("the log has stopped after a failed write or sync; free or repair the disk and start again")]
    LogStopped,
}

/// A node whose doors are open.
pub struct Serving {
    /// The node.
    pub node: Node,
    /// Where it listens and what lets its owner in.
    pub running: Running,
    _announcement: Announcement,
    doors: tokio::task::JoinHandle<io::Result<()>>,
    close: watch::Sender<bool>,
}

/// Opens, starts, and opens the doors. Returns once requests are answered; readiness comes when every lane
/// has caught up.
pub async fn start(settings: &Settings) -> Result<Serving, ServeFault> {
    let opened: Opened = open(settings)?;
    let address = settings.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeFault::Listen { address, source })?;
    let listen = listener.local_addr().map_err(|source| ServeFault::Listen { address, source })?;
    let (token, second_token) = (opened.owner_token.clone(), opened.second_token.clone());
    let running = Running { listen, token, second_token, pid: std::process::id() };
    let node = Node::start(settings, opened);
    let (close, mut closed) = watch::channel(false);
    let doors = axum::serve(listener, doors(&node)).with_graceful_shutdown(async move {
        let _ = closed.changed().await;
    });
    let doors = tokio::spawn(async move { doors.await });
    let data = settings.data.clone();
    let announcement = running.announce(&data).map_err(|source| ServeFault::Io { path: data, source })?;
    tracing::info!(listen = %listen, data = %settings.data.display(), "doors are open");
    Ok(Serving { node, running, _announcement: announcement, doors, close })
}

fn doors(node: &Node) -> Router {
    let parts = &node.opened.parts;
    let administration = Arc::new(Administration {
        log: Arc::clone(&parts.log),
        shelf: Arc::clone(&node.house.shelf),
        actors: Arc::clone(&parts.actors),
        clock: node.opened.clock.clone(),
        desk: Arc::clone(&node.house.desk),
        statuses: Arc::clone(&node.statuses),
        registry: Arc::clone(&node.registry),
        rest: Arc::clone(&node.rest),
    });
    let desk = Arc::clone(&node.house.desk).router();
    xh_intake::shell::http::routes(Arc::clone(&node.house.door)).merge(desk).merge(routes(administration))
}

impl Serving {
    /// Closes doors, streams, errands and lanes, in this order.
    pub async fn stop(self) -> Result<(), ServeFault> {
        self.close.send_replace(true);
        self.node.house.desk.close();
        let _ = tokio::time::timeout(crate::node::DRAIN_PATIENCE, self.doors).await;
        if self.node.close().await { Ok(()) } else { Err(ServeFault::Unrest) }
    }

    /// Runs until SIGTERM or SIGINT, or until the log stops.
    pub async fn run(self) -> Result<(), ServeFault> {
        let ended = async {
            let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
                return std::future::pending().await;
            };
            tokio::select! { _ = term.recv() => (), _ = int.recv() => () }
        };
        let log = Arc::clone(&self.node.opened.parts.log);
        let stopped = async {
            while !log.health().is_stopped {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        };
        tokio::select! {
            () = ended => self.stop().await,
            () = stopped => Err(ServeFault::LogStopped),
        }
    }
}
