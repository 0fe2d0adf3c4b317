/**
 * Formulas of known kinds of mixers, in float64 and written for clarity: what results are held against. Start at {@link
 * org.attention4j.tests.formulas.Formulas}.
 */
package org.attention4j.tests.formulas;
