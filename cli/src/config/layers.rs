//! The layers of the configuration: embedded defaults < file < environment < flags.

use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

/// Name of the layer of environment variables, whose values are text and whose keys are spelt in capitals.
pub(super) const ENVIRONMENT: &str = "the environment";

const PREFIX: &str = "COUNTERFOIL_";
const SEPARATOR: &str = "__";
const FILE_VARIABLE: &str = "COUNTERFOIL_CONFIG";
const DEFAULT_FILE: &str = "counterfoil.toml";
const DEFAULTS: &str = include_str!("../defaults.toml");

/// Where a configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file named by a flag.
    pub file: Option<PathBuf>,
    /// The directory in which `counterfoil.toml` is looked for when nobody names a file.
    pub directory: PathBuf,
    /// The variables of the process, as `(name, value)`.
    pub environment: Vec<(String, String)>,
    /// Values of flags, as `(section.key, value)`.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// Those of this process: its working directory and environment.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(&'static str, String)>) -> Self {
        // Values that are not Unicode cannot be configuration.
        let environment = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect();
        Self { file, directory: PathBuf::from("."), environment, flags }
    }

    /// The file that applies: named by flag, by `COUNTERFOIL_CONFIG`, or `counterfoil.toml` where there is one.
    #[must_use]
    pub fn chosen_file(&self) -> Option<PathBuf> {
        let named = || self.environment.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path));
        let default = || Some(self.directory.join(DEFAULT_FILE)).filter(|path| path.is_file());
        self.file.clone().or_else(named).or_else(default)
    }

    pub(super) fn figment(&self, file: Option<&Path>) -> Figment {
        let figment = Figment::from(Toml::string(DEFAULTS));
        let figment = match file {
            Some(path) => figment.merge(Toml::file_exact(path)),
            None => figment,
        };
        figment.merge(Pairs { name: ENVIRONMENT, values: self.variables() }).merge(Pairs { name: "flags", values: self.flag_values() })
    }

    /// Only names with a section are configuration: `COUNTERFOIL_TOKEN` and variables that hold keys are not.
    fn variables(&self) -> Vec<(String, String)> {
        let key = |name: &String| name.strip_prefix(PREFIX).filter(|rest| rest.contains(SEPARATOR)).map(|rest| rest.replace(SEPARATOR, ".").to_lowercase());
        self.environment.iter().filter_map(|(name, value)| Some((key(name)?, value.clone()))).collect()
    }

    fn flag_values(&self) -> Vec<(String, String)> {
        self.flags.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }
}

/// A layer of dotted keys and texts.
struct Pairs {
    name: &'static str,
    values: Vec<(String, String)>,
}

impl Provider for Pairs {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        let mut layer = Dict::new();
        for (key, value) in &self.values {
            insert(&mut layer, key, value);
        }
        Ok(Map::from([(Profile::Default, layer)]))
    }
}

/// Where one variable sets a table and another a text of that name, the text goes into the table without a name, to be reported as unknown.
fn insert(table: &mut Dict, key: &str, value: &str) {
    let (head, rest) = key.split_once('.').map_or((key, None), |(head, rest)| (head, Some(rest)));
    match (table.remove(head), rest) {
        (None, None) => table.insert(head.to_owned(), Value::from(value)),
        (Some(Value::Dict(tag, mut inner)), rest) => {
            insert(&mut inner, rest.unwrap_or_default(), value);
            table.insert(head.to_owned(), Value::Dict(tag, inner))
        }
        (text, rest) => {
            let mut inner: Dict = text.into_iter().map(|text| (String::new(), text)).collect();
            insert(&mut inner, rest.unwrap_or_default(), value);
            table.insert(head.to_owned(), Value::from(inner))
        }
    };
}
