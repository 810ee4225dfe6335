/** How the client works; no part of its public face, and it may change at any time. */
package io.holdfast.client.internal;
