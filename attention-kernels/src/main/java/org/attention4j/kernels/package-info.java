/** Kernels: each scalar one is the specification of the vector one of the same name. */
package org.attention4j.kernels;
