package org.attention4j.bench;

/**
 * One kernel on small operands that stay in the first caches.
 *
 * @param name the method's, and what it is given
 * @param work multiply-adds and the like, nominally: only ratios of the same case are compared
 * @param usual share of the machine's peak that the work reaches when it is compiled as it should be: the lower of what
 *     {@link Canary} measured on a Zen 5 with vectors of 512 and of 256 bits
 * @param run runs once
 */
record KernelCase(String name, double work, double usual, Runnable run) {}
