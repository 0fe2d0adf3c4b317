/** Attention mixers and their parts. */
package org.attention4j.core;
