//! The business of who is asking, as every signed-in page finds it in its context.

use super::Business;
use crate::error::Result;
use leptos::prelude::*;

/// Asked once by the frame; a page that changes the business asks for it again.
pub type CurrentBusiness = Resource<Result<Business>>;
