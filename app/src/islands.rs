//! The interactive parts of an album's page, a file each.

pub(crate) mod copy_link;
pub(crate) mod follow;
pub(crate) mod owner;
pub(crate) mod times;
