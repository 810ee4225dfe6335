/**
 * {@code demo}: proves on the user's machine that the loss of a site loses nothing. What was acknowledged is kept in a
 * ledger of the demo's own, which trusts nobody, and compared with what the sites say afterwards.
 */
package io.holdfast.server.cli.demo;
