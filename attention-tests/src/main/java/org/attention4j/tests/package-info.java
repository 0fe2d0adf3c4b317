/** The conformance kit. */
package org.attention4j.tests;
