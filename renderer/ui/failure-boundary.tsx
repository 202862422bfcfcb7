/** A mistake in one part of the window is shown in its place, and leaves the rest usable. */
import { Component, type ReactNode } from 'react';
import { ErrorNotice } from './notices.tsx';

interface FailureBoundaryProps {
  /** Where it changes, the failure is forgotten. */
  about: string;
  children: ReactNode;
}

export class FailureBoundary extends Component<FailureBoundaryProps, { failure?: Error }> {
  override state: { failure?: Error } = {};

  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }

  override componentDidUpdate(before: FailureBoundaryProps) {
    if (before.about !== this.props.about && this.state.failure) this.setState({ failure: undefined });
  }

  override render() {
    const { failure } = this.state;
    if (!failure) return this.props.children;
    const error = { code: 'WindowFailed', message: 'This page could not be shown', hint: failure.message };
    return <ErrorNotice error={error} onRetry={() => this.setState({ failure: undefined })} />;
  }
}
