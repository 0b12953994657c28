//! Times the conversion of events to replies: `liftgate bench`. See the library of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    // cargo adds an argument of its own.
    let arguments = std::env::args_os().skip(1);
    liftgate_cli::bench::main(arguments.filter(|argument| argument != "--bench"))
}
