/**
 * The conformance kit. A plugin's test implements {@link org.attention4j.tests.MixerContract}; a command uses {@link
 * org.attention4j.tests.Conformance}. What is checked is a {@link org.attention4j.tests.Law}: plain Java over a {@link
 * org.attention4j.tests.LawCase}, which jqwik draws and shrinks for both.
 */
package org.attention4j.tests;
