/** The command line. */
package org.attention4j.cli;
