use bytes::Bytes;

use crate::Context;

/// One invocation of the function: the event as it came, and its [`Context`].
///
/// # Examples
///
/// ```
/// use liftgate::{Context, Invocation};
///
/// let invocation = Invocation::new(r#"{"version":"2.0"}"#, Context::default());
/// assert_eq!(invocation.event().len(), 17);
/// ```
#[derive(Clone, Debug)]
pub struct Invocation {
    event: Bytes,
    context: Context,
}

impl Invocation {
    /// An invocation by an event, which nobody has looked at yet.
    pub fn new(event: impl Into<Bytes>, context: Context) -> Self {
        Invocation {
            event: event.into(),
            context,
        }
    }

    /// The event, byte for byte.
    pub fn event(&self) -> &Bytes {
        &self.event
    }

    /// What the Runtime API said of this invocation.
    pub fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn into_parts(self) -> (Bytes, Context) {
        (self.event, self.context)
    }
}
