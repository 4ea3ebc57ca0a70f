//! Losses over rows of data, made of loops. `<PARAMETERS>` stands for their number of parameters, a multiple of
//! 20.

/// A logistic regression.
const LOGISTIC: &str = "
    pub fn loss(w: &[f64; <PARAMETERS>], x: &[[f64; <PARAMETERS>]], y: &[f64]) -> f64 {
        let mut loss = 0.0;
        for (row, y) in x.iter().zip(y) {
            let mut score = 0.0;
            for j in 0..w.len() {
                score += w[j] * row[j];
            }
            loss += (1.0 + score.exp()).ln() - y * score;
        }
        loss / x.len() as f64
    }";

/// A network with one hidden layer; a unit has 18 weights, a bias, and its weight in the output.
const NETWORK: &str = "
    pub fn loss(w: &[f64; <PARAMETERS>], x: &[[f64; 18]], y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (row, y) in x.iter().zip(y) {
            let mut output = 0.0;
            for unit in w.chunks_exact(20) {
                let mut score = unit[18];
                for j in 0..18 {
                    score += unit[j] * row[j];
                }
                output += unit[19] * score.tanh();
            }
            sum += (output - y).powi(2);
        }
        sum / x.len() as f64
    }";

/// All of them, by name.
pub(crate) const LOSSES: [(&str, &str); 2] = [("logistic", LOGISTIC), ("network", NETWORK)];

/// A loss with some number of parameters.
pub(crate) fn with_parameters(loss: &str, parameters: usize) -> String {
    loss.replace("<PARAMETERS>", &parameters.to_string())
}
