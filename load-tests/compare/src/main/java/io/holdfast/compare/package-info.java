/** The same load on Holdfast and on its peers, in turns, on one machine. See docs/load-tests.md. */
package io.holdfast.compare;
