/** The contract of every sequence mixer; start with the module documentation. */
package org.attention4j.api;
