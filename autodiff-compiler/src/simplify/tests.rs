mod claims;
mod exhaustive;
mod folding;
mod functions;
mod gradients;
mod random;
mod reciprocals;
mod table;
