package org.attention4j.core;

/**
 * What is kept of a position.
 *
 * @param heads K, of keys and values
 * @param keyWidth E, of one head
 * @param valueWidth E′, of one head
 */
record KeyShape(int heads, int keyWidth, int valueWidth) {}
