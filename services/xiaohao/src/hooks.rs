//! The office's webhooks (`hooks.toml` in the data directory): where messages go, signed with which secrets.
//!
//! ```toml
//! [[hook]]
//! address = "leader-chat"                 # as people's contacts name it
//! url = "https://chat.example.org/hook"
//! secrets = ["whsec_…"]                   # newest first; more than one while rotating
//! ```

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use xh_notifier::guard::Reach;
use xh_notifier::signature::Secret;
use xh_notifier::webhook::{Hook, WebhookCourier};

use crate::node::Hooks;
use crate::settings::Settings;

/// The file's name.
pub const FILE: &str = "hooks.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookFile {
    #[serde(default)]
    hook: Vec<HookEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookEntry {
    address: String,
    url: String,
    secrets: Vec<String>,
}

/// Reads the file; without one there are no webhooks. A fault names the hook, never its secrets.
pub fn read(settings: &Settings) -> Result<Hooks, String> {
    let path = settings.data.join(FILE);
    if !path.exists() {
        return Ok(Hooks::new());
    }
    let reach = if settings.notifier.private_addresses { Reach::Private } else { Reach::Public };
    parse(&path, reach)
}

fn parse(path: &Path, reach: Reach) -> Result<Hooks, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file: HookFile = toml::from_str(&text).map_err(|e| format!("{}: {}", path.display(), e.message()))?;
    let mut hooks = Hooks::new();
    for entry in file.hook {
        let named = |why: &dyn std::fmt::Display| format!("{}: hook {}: {why}", path.display(), entry.address);
        let secrets = entry.secrets.iter().map(|s| Secret::parse(s)).collect::<Result<Vec<_>, _>>();
        let secrets = secrets.map_err(|_| named(&"a secret is whsec_ and base64 of 24 to 64 bytes"))?;
        let courier = WebhookCourier::new(Hook { url: entry.url.clone(), secrets, reach }).map_err(|e| named(&e))?;
        if hooks.insert(entry.address.clone(), Arc::new(courier) as _).is_some() {
            return Err(named(&"this address stands in the file twice"));
        }
    }
    Ok(hooks)
}
