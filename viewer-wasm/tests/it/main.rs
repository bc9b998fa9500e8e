//! The engine from outside: its memory, and files that are not to be trusted. Films are in `scenes`.

mod files;
mod memory;
mod photo;
