//! `xiaohao`: the command line. Results to standard output, everything else to standard error.

use std::process::ExitCode;

fn main() -> ExitCode {
    xiaohao::cli::main()
}
