/**
 * BERT-style encoders from published files. {@link org.attention4j.model.bert.BertWeights} gives their parameters under
 * the names of the PyTorch model they were trained as.
 */
package org.attention4j.model.bert;
