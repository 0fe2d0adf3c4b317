package org.attention4j.tests;

import java.lang.reflect.Parameter;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.BeforeContainerHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.MethodLifecycleContext;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.opentest4j.TestAbortedException;

/** Reports a law that does not concern the subject as skipped, with the reason; turns the result of a waived law around. */
final class ContractHook implements BeforeContainerHook, SkipExecutionHook, AroundPropertyHook {
    /** Samples the cases for all laws: a store that a law makes ends with it. */
    @Override
    public void beforeContainer(ContainerLifecycleContext context) {
        context.optionalContainerClass()
                .filter(ContractBase.class::isAssignableFrom)
                .ifPresent(contract -> Cases.of((ContractBase) context.newInstance(contract)));
    }

    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        if (!(context instanceof MethodLifecycleContext method) || law(method).isEmpty()) {
            return SkipResult.doNotSkip();
        }
        ContractBase contract = (ContractBase) context.newInstance(method.containerClass());
        return Conformance.unconcerned(law(method).get(), contract.subject(), Cases.of(contract))
                .map(reason -> SkipResult.skip("does not concern this mixer: " + reason))
                .orElse(SkipResult.doNotSkip());
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        PropertyExecutionResult result = property.execute();
        ContractBase contract = (ContractBase) context.testInstance();
        return law(context)
                .flatMap(contract.waivers()::reason)
                .map(reason -> waived(result, reason))
                .orElse(result);
    }

    private static PropertyExecutionResult waived(PropertyExecutionResult result, String reason) {
        return result.status() == PropertyExecutionResult.Status.FAILED
                ? result.mapToAborted(new TestAbortedException("waived: " + reason))
                : result.mapToFailed("the waiver (\"" + reason + "\") no longer applies: the law held in "
                        + result.countTries() + " cases; remove it");
    }

    /** The law that a property checks; empty for a property of the test's own. */
    private static Optional<Law> law(MethodLifecycleContext context) {
        return Stream.of(context.targetMethod().getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(Checks.class))
                .map(ContractHook::law)
                .findFirst();
    }

    private static Law law(Parameter parameter) {
        return Laws.named(parameter.getAnnotation(Checks.class).value());
    }
}
