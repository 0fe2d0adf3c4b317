/** Layers, weights files and training around a mixer. */
package org.attention4j.model;
