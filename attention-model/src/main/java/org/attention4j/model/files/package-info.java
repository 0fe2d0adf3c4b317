/**
 * Weights files: safetensors (read and write) and the initialisers and nodes of an ONNX file (read).
 *
 * <p>Start at {@link org.attention4j.model.files.Safetensors} or {@link org.attention4j.model.files.OnnxFile}; both
 * give {@link org.attention4j.model.files.StoredTensor}s. Files are not trusted: see there.
 */
package org.attention4j.model.files;
