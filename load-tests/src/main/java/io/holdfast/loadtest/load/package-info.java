/** What the simulations reckon with: keys, arrivals, ledgers, gaps, figures. Knows neither Gatling nor the store. */
package io.holdfast.loadtest.load;
