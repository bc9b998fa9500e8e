//! The server through its router, and the command line as a process.

mod album;
mod command_line;
mod fallback;
mod published;
mod shop;
mod uploads;
