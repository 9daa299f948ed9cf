"""Batch normalisation folded into the convolutions before it, for networks that only predict.

Once trained, a normalisation multiplies and shifts each channel by fixed numbers. A convolution whose kernel is
multiplied and whose bias is shifted by them gives the same, without reading and writing every number again: equation 14
of Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (CVPR
2018).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def fold_normalization(model: Any) -> Any:
    """Return a Keras model that predicts what `model` does, with fewer layers; `model` stays as it is.

    Folded is each normalisation of channels that directly follows a convolution without activation. Models within the
    model are copied as they are.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential.
    """
    import keras

    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs, model.outputs)
    convolved: dict[int, tuple[Any, Any, Any]] = {}  # by tensor: it, the convolution that made it, and of what
    folded: dict[tuple[str, str], Any] = {}

    def call(layer: Any, *tensors: Any, **options: Any) -> Any:
        source = convolved.get(id(tensors[0]))
        if source is not None and _is_fixed_normalization(layer, options):
            _, convolution, images = source
            pair = (convolution.name, layer.name)
            if pair not in folded:
                folded[pair] = _fold(convolution, layer, images.shape)
            return folded[pair](images)
        made = layer(*tensors, **options)
        if _is_bare_convolution(layer):
            convolved[id(made)] = made, layer, tensors[0]
        return made

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def _is_bare_convolution(layer: Any) -> bool:
    from keras import activations, layers

    return (
        isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D)
        and layer.activation is activations.linear
        and layer.data_format == "channels_last"
        and layer.compute_dtype == "float32"
        and "lora_rank" not in layer.get_config()
    )


def _is_fixed_normalization(layer: Any, options: dict[str, Any]) -> bool:
    from keras import layers

    return isinstance(layer, layers.BatchNormalization) and layer.axis in (-1, 3) and not options.get("training")


def _fold(convolution: Any, normalization: Any, shape: Any) -> Any:
    factor = 1 / np.sqrt(normalization.moving_variance.numpy() + normalization.epsilon)
    if normalization.scale:
        factor = factor * normalization.gamma.numpy()
    *kernels, bias = convolution.get_weights() if convolution.use_bias else [*convolution.get_weights(), 0]
    shifted = (bias - normalization.moving_mean.numpy()) * factor
    if normalization.center:
        shifted = shifted + normalization.beta.numpy()
    # A depthwise kernel ends in (channels, multiplier), the others in (channels, filters).
    kernels[-1] = kernels[-1] * factor.reshape(-1, kernels[-1].shape[-1])
    name = f"{convolution.name}_{normalization.name}"
    layer = type(convolution).from_config(convolution.get_config() | {"use_bias": True, "name": name})
    layer.build(shape)
    layer.set_weights([*kernels, shifted])
    return layer
