/** Nodes as processes of this machine: {@code node} is one, {@code up} and the demo keep several. */
package io.holdfast.server.cli.local;
