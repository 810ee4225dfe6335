/** {@code bench}: how fast a cluster answers, through the SDK. */
package io.holdfast.server.cli.bench;
