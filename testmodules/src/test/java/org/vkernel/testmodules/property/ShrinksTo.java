package org.vkernel.testmodules.property;

import java.util.List;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutionResult.Status;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.opentest4j.AssertionFailedError;

/** A property that must be falsified, and whose smallest example must be one that is known. */
abstract class ShrinksTo implements AroundPropertyHook {
    /** What is wrong with the example that jqwik shrank a failure to; empty: nothing. */
    abstract String complaint(List<Object> example, Throwable thrown);

    @Override
    public PropertyExecutionResult aroundProperty(
            PropertyLifecycleContext context, PropertyExecutor property) {
        PropertyExecutionResult result = property.execute();
        if (result.status() != Status.FAILED || result.falsifiedParameters().isEmpty()) {
            return result.mapTo(Status.FAILED, new AssertionFailedError("nothing was falsified"));
        }
        String complaint =
                complaint(result.falsifiedParameters().get(), result.throwable().orElseThrow());
        return complaint.isEmpty()
                ? result.mapToSuccessful()
                : result.mapToFailed(
                        complaint + ": " + result.falsifiedParameters().get() + "\nof " + result);
    }
}
