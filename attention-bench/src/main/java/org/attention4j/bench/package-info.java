/** JMH benchmarks of the kernels and mixers. */
package org.attention4j.bench;
