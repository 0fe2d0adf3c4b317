/**
 * Runs reference cases, files of inputs and results that others computed, through our mixers. Start at {@link
 * org.attention4j.cli.vectors.Suite}, which reads a directory; each {@link org.attention4j.cli.vectors.Operator} says how
 * the cases of one operator are put to a mixer and turns other libraries' conventions into ours; {@link
 * org.attention4j.cli.vectors.Comparison} gives the verdict.
 */
package org.attention4j.cli.vectors;
