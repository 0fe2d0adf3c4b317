/** Guice bindings for discovered mixers. */
package org.attention4j.guice;
