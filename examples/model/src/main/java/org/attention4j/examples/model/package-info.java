/**
 * A model author's program, to be read and copied: a small causal language model that is trained and then writes, with any
 * mixer that the registry finds. Start at {@link org.attention4j.examples.model.LanguageModel}.
 */
package org.attention4j.examples.model;
