//! Panics of the program's own code, which are errors like others.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Error;

/// Calls what may panic. Whatever it leaves broken says so itself, as it would under any server.
pub(crate) fn guard<T>(call: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).map_err(caught)
}

/// The error of a panic.
#[cold]
pub(crate) fn caught(payload: Box<dyn Any + Send>) -> Error {
    let message = if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "the panic carried no message".to_owned()
    };
    // What it carries may panic when it is dropped, and that again carry such a thing.
    if let Err(next) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(next);
    }
    Error::panic(message)
}
