/** Sentences and the published encoder that reads them: from a text to the rows of its embedding table. */
package org.attention4j.cli.sentence;
