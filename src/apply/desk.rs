//! Writes to the disk beside the requests: a log that syncs must not delay what is sent next.

use std::sync::mpsc;
use std::thread::Scope;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;

use crate::model::diagnostic::Diagnostic;

type Work<'p, T> = Box<dyn FnOnce(&mut T) + Send + 'p>;

/// A thread of its own for all that is written to one place, in the order in which it is handed in.
pub(super) struct Desk<'p, T> {
    work: mpsc::Sender<Work<'p, T>>,
}

impl<'p, T: Send> Desk<'p, T> {
    /// Opens it until it is dropped.
    pub(super) fn open<'s>(scope: &'s Scope<'s, '_>, place: &'s mut T) -> Self
    where
        'p: 's,
    {
        let (sender, works) = mpsc::channel::<Work<'p, T>>();
        scope.spawn(move || works.into_iter().for_each(|work| work(place)));
        Self { work: sender }
    }

    /// Hands a write in; it is done even if nobody waits for the result.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&mut T) -> Result<(), Diagnostic> + Send + 'p,
    ) -> LocalBoxFuture<'static, Result<(), Diagnostic>> {
        let (done, result) = oneshot::channel();
        // What was not handed in is told as what was not done: the sender is dropped with the work.
        let _ = self.work.send(Box::new(move |place| drop(done.send(write(place)))));
        let stopped = |_| Err(Diagnostic::error("disk", "a write to the disk was stopped"));
        result.map(move |result| result.unwrap_or_else(stopped)).boxed_local()
    }
}
