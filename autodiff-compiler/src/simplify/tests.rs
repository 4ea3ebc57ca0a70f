mod functions;
mod gradients;
mod random;
mod table;
