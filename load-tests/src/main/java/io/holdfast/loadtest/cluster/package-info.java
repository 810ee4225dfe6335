/** The cluster that a simulation aims at: one that it starts itself, or a given one; what can be done to its sites; what they hold. */
package io.holdfast.loadtest.cluster;
