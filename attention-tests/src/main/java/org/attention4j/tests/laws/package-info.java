/** The laws by subject, and what they share: running a mixer, cutting batches, comparing results in a mixer author's words. */
package org.attention4j.tests.laws;
