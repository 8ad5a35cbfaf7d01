//! Work that ends with the part of the page it was for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use leptos::{prelude::*, task::spawn_local};

/// The part of the page that is being made. What is begun in it goes on only while it is shown: a page that was left or
/// drawn anew hears nothing more of an answer, a frame or a timer of before, and the signals that are gone are not read.
#[derive(Clone, Copy, Debug)]
pub struct Scope(StoredValue<()>);

impl Scope {
    /// The one whose component or effect is running.
    pub fn here() -> Self {
        Self(StoredValue::new(()))
    }

    /// Does the work for as long as the part is shown: a step is taken only while it is.
    pub fn spawn(self, work: impl Future<Output = ()> + 'static) {
        spawn_local(async move {
            let mut work = pin!(work);
            poll_fn(|context| if self.0.is_disposed() { Poll::Ready(()) } else { work.as_mut().poll(context) }).await;
        });
    }

    /// Does it in the next frame, when what is to be drawn is there.
    pub fn next_frame(self, work: impl FnOnce() + 'static) {
        request_animation_frame(move || self.run(work));
    }

    /// Does it after a while.
    pub fn after(self, time: Duration, work: impl FnOnce() + 'static) {
        set_timeout(move || self.run(work), time);
    }

    fn run(self, work: impl FnOnce()) {
        if !self.0.is_disposed() {
            work();
        }
    }
}
