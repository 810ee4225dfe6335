/** What the node, and the cluster as far as it answers, is doing: collected on demand, for operators. Nothing depends on it. */
package io.holdfast.server.status;
