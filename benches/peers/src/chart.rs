//! A chart of cost against size: nanoseconds for each number or row, both axes logarithmic.

use plotters::prelude::*;
use plotters::style::full_palette::{
    BLUE_800, BROWN, GREY_600, LIME_800, ORANGE, PINK_300, PURPLE, TEAL,
};
use std::error::Error;
use std::path::Path;

/// Colours that are told apart without red and green alone.
const COLOURS: [RGBColor; 10] =
    [BLUE_800, BLACK, ORANGE, TEAL, PURPLE, BROWN, GREY_600, PINK_300, MAGENTA, LIME_800];

/// Draws what each way takes. A curve is labelled where it ends.
pub fn draw(
    path: &Path,
    loss: &str,
    unit: &str,
    times: &[(&str, Vec<(usize, f64)>)],
) -> Result<(), Box<dyn Error>> {
    let curves = times.iter().map(|(name, times)| {
        let each = times.iter().map(|(size, time)| (*size as f64, time / *size as f64));
        (*name, each.collect::<Vec<_>>())
    });
    let curves: Vec<_> = curves.filter(|(_, points)| !points.is_empty()).collect();
    assert!(curves.len() <= COLOURS.len(), "each curve has a colour of its own");
    let points = || curves.iter().flat_map(|(_, points)| points);
    let range = |of: fn(&(f64, f64)) -> f64| {
        points().map(of).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)))
    };
    let ((left, right), (low, high)) = (range(|point| point.0), range(|point| point.1));
    let area = SVGBackend::new(path, (760, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("{loss}: one gradient"), ("sans-serif", 18))
        .margin(12)
        // The labels of the curves stand on the right.
        .margin_right(130)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d((left..right).log_scale(), (low / 1.5..high * 1.5).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc(format!("{unit}s"))
        .y_desc(format!("nanoseconds for each {unit}"))
        .x_label_formatter(&|size| format!("{size}"))
        .y_label_formatter(&|time| format!("{time}"))
        .draw()?;
    // The lowest first; labels that begin at one place keep a line apart.
    let mut labels = vec![];
    for ((name, points), colour) in curves.iter().zip(COLOURS) {
        let width = if *name == times[0].0 { 3 } else { 1 };
        chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(width)))?;
        chart.draw_series(
            points.iter().map(|at| Circle::new(*at, 2 + width as i32, colour.filled())),
        )?;
        let end = points[points.len() - 1];
        let (x, y) = chart.backend_coord(&end);
        labels.push((y, x, *name, colour));
    }
    labels.sort_by_key(|label| std::cmp::Reverse(label.0));
    let mut below: Vec<(i32, i32)> = vec![];
    for (y, x, name, colour) in labels {
        let lower = below.iter().filter(|(other, _)| *other == x).map(|(_, y)| y - 15);
        let y = lower.fold(y, i32::min);
        below.push((x, y));
        let style = ("sans-serif", 13).into_font().color(&colour);
        area.draw(&Text::new(name.to_owned(), (x + 8, y - 7), style))?;
    }
    area.present()?;
    Ok(())
}
