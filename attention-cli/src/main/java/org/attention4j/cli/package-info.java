/**
 * The command line. Start at {@link org.attention4j.cli.Main}, which makes the commands; each is a class that reads its options and prints
 * what others compute: the mixers themselves, {@link org.attention4j.cli.sentence} and {@link org.attention4j.cli.vectors} here, the
 * conformance kit and the benchmarks in their modules.
 */
package org.attention4j.cli;
