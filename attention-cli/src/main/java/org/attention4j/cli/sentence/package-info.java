/**
 * Sentences and the published encoder that reads them. Start at {@link org.attention4j.cli.sentence.SentenceModel}; who attends to whom is a
 * {@link org.attention4j.cli.sentence.SentenceAttention}, which is shown as text, as a page or as JSON.
 */
package org.attention4j.cli.sentence;
