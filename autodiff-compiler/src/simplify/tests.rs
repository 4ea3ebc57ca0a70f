mod claims;
mod exhaustive;
mod functions;
mod gradients;
mod random;
mod table;
