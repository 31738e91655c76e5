"""Figures of the course: Axes in, Axes out.

Every function draws on the Axes that it is given (or on a fresh one), returns it, and computes
nothing that a lecture should show. ``describe`` then shows the figure with its alt text.
"""

from .activations import plot_activation, plot_activation_facts
from .animation import Animation, animate, animate_boundary
from .batches import plot_batches, plot_gap, plot_range_test
from .classification import plot_decision_boundary, plot_points
from .convolutions import plot_receptive_field, plot_shape_flow, plot_windows
from .curves import plot_curves
from .descent import plot_descent, plot_learning_rates, plot_traces
from .diagrams import (
    plot_cycle,
    plot_nested_circles,
    plot_timeline,
    plot_tree,
)
from .evaluation import (
    plot_calibration,
    plot_precision_recall,
    plot_roc,
    plot_threshold,
)
from .features import (
    plot_feature_hierarchy,
)
from .generalisation import plot_best_epoch, plot_dropout, plot_errors
from .graphs import plot_graph, plot_mlp_graph
from .hinges import plot_hinges, plot_relu_sum
from .images import plot_images, plot_patch
from .landscapes import plot_contours, plot_gradient, plot_surface
from .layers import plot_gradient_norms, plot_hidden_space, plot_layer_shapes
from .matrices import (
    plot_shapes,
)
from .networks import (
    plot_network,
    plot_neuron,
)
from .optimizers import animate_race, plot_race
from .performance import plot_memory, plot_spans, plot_speedup
from .probabilities import plot_confusion, plot_penalty, plot_scores, plot_sigmoid_fit
from .ravine import plot_ravine
from .regression import plot_fit, plot_noise, plot_residuals
from .runs import plot_runs
from .softmax import plot_floors, plot_logit_gradient, plot_readings, plot_softmax
from .style import (
    CLASS_CMAP,
    CLASS_COLORS,
    CLASS_MARKERS,
    COLORS,
    describe,
    new_axes,
    use_course_style,
)
from .surfaces import loss_grid, plot_loss_surface
from .training import plot_history
from .units import plot_perceptron, plot_unit
from .workflow import plot_chances, plot_parts, plot_row, plot_trials, plot_zeros

__all__ = [
    "CLASS_CMAP",
    "CLASS_COLORS",
    "CLASS_MARKERS",
    "COLORS",
    "Animation",
    "animate",
    "animate_boundary",
    "animate_race",
    "describe",
    "loss_grid",
    "new_axes",
    "plot_activation",
    "plot_activation_facts",
    "plot_batches",
    "plot_best_epoch",
    "plot_calibration",
    "plot_chances",
    "plot_confusion",
    "plot_contours",
    "plot_curves",
    "plot_cycle",
    "plot_decision_boundary",
    "plot_descent",
    "plot_dropout",
    "plot_errors",
    "plot_feature_hierarchy",
    "plot_fit",
    "plot_floors",
    "plot_gap",
    "plot_gradient",
    "plot_gradient_norms",
    "plot_graph",
    "plot_hidden_space",
    "plot_hinges",
    "plot_history",
    "plot_images",
    "plot_layer_shapes",
    "plot_learning_rates",
    "plot_logit_gradient",
    "plot_loss_surface",
    "plot_memory",
    "plot_mlp_graph",
    "plot_nested_circles",
    "plot_network",
    "plot_neuron",
    "plot_noise",
    "plot_parts",
    "plot_patch",
    "plot_penalty",
    "plot_perceptron",
    "plot_points",
    "plot_precision_recall",
    "plot_race",
    "plot_range_test",
    "plot_ravine",
    "plot_readings",
    "plot_receptive_field",
    "plot_relu_sum",
    "plot_residuals",
    "plot_roc",
    "plot_row",
    "plot_runs",
    "plot_scores",
    "plot_shape_flow",
    "plot_shapes",
    "plot_sigmoid_fit",
    "plot_softmax",
    "plot_spans",
    "plot_speedup",
    "plot_surface",
    "plot_threshold",
    "plot_timeline",
    "plot_traces",
    "plot_tree",
    "plot_trials",
    "plot_unit",
    "plot_windows",
    "plot_zeros",
    "use_course_style",
]
