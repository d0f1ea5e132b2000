//! A node on its directory: opens everything durable, assembles the house over it, starts it and closes it.
//!
//! ```text
//!   data/  log/  keys/  attachments/  state/  office.secret  actors.toml  clock  server.json (while it runs)
//! ```
//!
//! The order of closing is the order of opening backwards: doors, lanes, errands, then the files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use xh_domain::entropy::Entropy;
use xh_domain::keys::OfficeKeys;
use xh_engine::clock_guard::NothingAccepted;
use xh_engine::metrics::EngineMetrics;
use xh_engine::store::StoreError;
use xh_engine::store::sled::SledStore;
use xh_engine::supervise::Supervisor;
use xh_engine::supervise::status::Statuses;
use xh_journal::attachments::AttachmentFolder;
use xh_journal::clock::{Clock, SteppedClock, SystemClock};
use xh_journal::contract::Log;
use xh_journal::disk::{DiskLog, DiskSettings, OpenError};
use xh_journal::keys::{DiskKeys, KeySettings, OpenKeysError};
use xh_notifier::folder::FolderCourier;
use xh_notifier::post_office::Couriers;

use crate::actors::{Admitted, Role, TokenFault, TokenTable};
use crate::assemble::{House, Parts, assemble, layout};
use crate::keeping::Keeping;
use crate::office::{self, SystemEntropy};
use crate::rest::{Rest, Told};
use crate::settings::{ClockMode, Settings};
use crate::stepping::{ClockFile, ClockFileFault, SteppedWall};

/// How long lanes may take to finish what they began.
pub const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// Why a node could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum NodeFault {
    /// Another process has the directory.
    #[error("{0} is in use by another process; stop it, or name another --data")]
    InUse(PathBuf),
    /// The log does not open.
    #[error(transparent)]
    Log(OpenError),
    /// The keys do not open.
    #[error(transparent)]
    Keys(#[from] OpenKeysError),
    /// The checkpoints do not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token file is at fault.
    #[error(transparent)]
    Actors(#[from] TokenFault),
    /// The stepped clock's file is at fault.
    #[error(transparent)]
    Clock(#[from] ClockFileFault),
    /// A webhook of the settings is at fault.
    #[error("notifier: {0}")]
    Courier(String),
    /// The machine did not let us.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The clock of a node.
#[derive(Clone)]
pub enum NodeClock {
    /// The machine's.
    System(Arc<SystemClock>),
    /// Stepped by hand, remembered in the directory.
    Stepped(Arc<SteppedClock>, Arc<ClockFile>),
}

impl NodeClock {
    fn open(settings: &Settings) -> Result<NodeClock, NodeFault> {
        let file = ClockFile::at(&settings.data);
        match (settings.clock, file.read()?) {
            (ClockMode::System, None) => Ok(NodeClock::System(Arc::new(SystemClock))),
            (_, Some(now_ms)) => Ok(NodeClock::Stepped(Arc::new(SteppedClock::new(now_ms)), Arc::new(file))),
            (ClockMode::Stepped, None) if settings.data.join("log").exists() => Err(ClockFileFault::NotMadeSo.into()),
            (ClockMode::Stepped, None) => {
                let start_ms = ClockFile::START_MS;
                file.write(start_ms)?;
                Ok(NodeClock::Stepped(Arc::new(SteppedClock::new(start_ms)), Arc::new(file)))
            }
        }
    }

    /// As a part: for lanes, doors and errands.
    pub fn part(&self) -> Arc<dyn Clock> {
        match self {
            NodeClock::System(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            NodeClock::Stepped(clock, _) => Arc::new(SteppedWall(Arc::clone(clock))),
        }
    }

    /// For the log alone, whose stamps doubt a wall that leaves its boot clock behind: here both step together.
    fn of_stamps(&self) -> Arc<dyn Clock> {
        match self {
            NodeClock::System(clock) => Arc::clone(clock) as Arc<dyn Clock>,
            NodeClock::Stepped(clock, _) => Arc::clone(clock) as Arc<dyn Clock>,
        }
    }
}

/// Everything durable of a directory, open, and the parts made of it.
pub struct Opened {
    /// The parts.
    pub parts: Parts,
    /// The clock, to be stepped.
    pub clock: NodeClock,
    /// The log itself, for `verify`.
    pub log: Arc<DiskLog>,
    /// The token of this run's owner.
    pub owner_token: String,
    /// The token of a replay's second person; only on a stepped clock.
    pub second_token: Option<String>,
}

/// Opens a directory, making it when it is not there.
pub fn open(settings: &Settings) -> Result<Opened, NodeFault> {
    let data = &settings.data;
    make_folder(data)?;
    let clock = NodeClock::open(settings)?;
    let log = Arc::new(open_log(settings, &clock)?);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let secret_path = data.join("office.secret");
    let secret =
        office::secret(&secret_path, &*entropy).map_err(|source| NodeFault::Io { path: secret_path, source })?;
    let keeping = Keeping {
        keys: Arc::new(DiskKeys::open(&folder(data, "keys")?, KeySettings::default())?),
        attachments: Arc::new(open_attachments(settings)?),
        office: Arc::new(OfficeKeys::derive(&secret)),
    };
    let opened = SledStore::open(&folder(data, "state")?)?;
    if let Some(why) = &opened.moved_aside {
        tracing::warn!(why = %why, "checkpoints did not open: put aside, everything is rebuilt from facts");
    }
    let owner_token = token(&*entropy);
    let mut actors = read_actors(settings)?;
    actors.add(&owner_token, owner());
    let second_token = matches!(clock, NodeClock::Stepped(..)).then(|| token(&*entropy));
    if let Some(second) = &second_token {
        actors.add(second, second_person());
    }
    let parts = Parts {
        log: Arc::clone(&log) as Arc<dyn Log>,
        keeping,
        store: Arc::new(opened.store),
        clock: clock.part(),
        guard: Arc::new(NothingAccepted),
        entropy,
        actors: Arc::new(actors),
        couriers: couriers(settings)?,
    };
    Ok(Opened { parts, clock, log, owner_token, second_token })
}

fn make_folder(path: &Path) -> Result<(), NodeFault> {
    fs::create_dir_all(path).map_err(|source| NodeFault::Io { path: path.to_owned(), source })
}

fn folder(data: &Path, name: &str) -> Result<PathBuf, NodeFault> {
    let path = data.join(name);
    make_folder(&path)?;
    Ok(path)
}

fn open_log(settings: &Settings, clock: &NodeClock) -> Result<DiskLog, NodeFault> {
    let layout = layout(settings.partitions).map_err(|e| NodeFault::Log(OpenError::Manifest(e.to_string())))?;
    let disk = DiskSettings {
        segment_bytes: u64::from(settings.log.segment_mib) << 20,
        reserve_bytes: u64::from(settings.log.reserve_mib) << 20,
        ..DiskSettings::default()
    };
    let folder = folder(&settings.data, "log")?;
    DiskLog::open(&folder, &layout, disk, clock.of_stamps()).map_err(|error| match error {
        OpenError::InUse(_) => NodeFault::InUse(settings.data.clone()),
        other => NodeFault::Log(other),
    })
}

fn open_attachments(settings: &Settings) -> Result<AttachmentFolder, NodeFault> {
    let path = folder(&settings.data, "attachments")?;
    let reserve_bytes = u64::from(settings.log.reserve_mib) << 20;
    AttachmentFolder::open(&path, reserve_bytes).map_err(|source| NodeFault::Io { path, source })
}

fn read_actors(settings: &Settings) -> Result<TokenTable, NodeFault> {
    let path = settings.data.join(&settings.actors);
    if path.exists() { Ok(TokenTable::read(&path)?) } else { Ok(TokenTable::default()) }
}

fn couriers(settings: &Settings) -> Result<Couriers, NodeFault> {
    let files = folder(&settings.data, &settings.notifier.files.to_string_lossy())?;
    let hooks = crate::hooks::read(settings).map_err(NodeFault::Courier)?;
    Ok(Couriers { hooks, folder: Some(Arc::new(FolderCourier::new(files))) })
}

/// 128 bits in hex.
fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    hex::encode(bytes)
}

/// The owner of the directory, who started the process: may do everything that a token can.
fn owner() -> Admitted {
    use xh_domain::actor::{Actor, Channel};
    let person = "owner".parse().expect("a word of letters is a person's id");
    Admitted {
        actor: Actor::person(person, Channel::Import),
        name: "本机 owner".to_owned(),
        ledgers: None,
        roles: vec![Role::Report, Role::Read, Role::Act, Role::Photos, Role::Erase, Role::Administer],
    }
}

/// A second pair of eyes for replays: whoever handled something may not check it, on a stepped clock either.
fn second_person() -> Admitted {
    use xh_domain::actor::{Actor, Channel};
    let person = "replay-checker".parse().expect("a word of letters is a person's id");
    Admitted {
        actor: Actor::person(person, Channel::Import),
        name: "回放核查 replay checker".to_owned(),
        ledgers: None,
        roles: vec![Role::Read, Role::Act],
    }
}

/// A running node.
pub struct Node {
    /// What was opened.
    pub opened: Opened,
    /// Doors and shelf of the house; its lanes run.
    pub house: House,
    /// How the lanes are.
    pub statuses: Arc<Statuses>,
    /// All metrics.
    pub registry: Arc<Registry>,
    /// Says when the ring is at rest.
    pub rest: Arc<Rest>,
    supervisor: Supervisor,
    closing: watch::Sender<bool>,
    errands: JoinHandle<()>,
}

impl Node {
    /// Assembles and starts everything but the doors. To be called within a runtime.
    pub fn start(settings: &Settings, opened: Opened) -> Node {
        let mut house = assemble(settings, &opened.parts);
        let mut registry = Registry::default();
        let metrics = EngineMetrics::register(&mut registry);
        house.door.metrics().register(&mut registry);
        let parts = &opened.parts;
        let mut supervisor =
            Supervisor::new(Arc::clone(&parts.clock), Arc::clone(&parts.log), Arc::clone(&parts.store), metrics);
        let (mut nudges, mut idle_turns) = (Vec::new(), Vec::new());
        for lane in std::mem::take(&mut house.lanes) {
            let (lane, turns) = Told::wrap(lane);
            nudges.push(supervisor.start(lane));
            idle_turns.push(turns);
        }
        let rest = Rest::new(Arc::clone(&parts.log), idle_turns, nudges);
        let (closing, closed) = watch::channel(false);
        let (office, clock) = (Arc::clone(&house.post_office), Arc::clone(&parts.clock));
        let errands = tokio::spawn(async move { office.run(clock, closed).await });
        let statuses = supervisor.statuses();
        Node {
            opened,
            house,
            statuses,
            registry: Arc::new(registry),
            rest: Arc::new(rest),
            supervisor,
            closing,
            errands,
        }
    }

    /// Closes in order: streams, errands, lanes with a last checkpoint. Whether all lanes came to rest.
    pub async fn close(self) -> bool {
        self.house.desk.close();
        self.closing.send_replace(true);
        let _ = tokio::time::timeout(DRAIN_PATIENCE, self.errands).await;
        self.supervisor.drain(DRAIN_PATIENCE).await
    }
}

/// Webhooks by address.
pub(crate) type Hooks = BTreeMap<String, Arc<dyn xh_notifier::courier::Courier>>;
