import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/status.css';
import '../ui/forms.css';
import '../ui/overlays.css';
import '../ui/splitter.css';
import './app.css';
import './dock.css';
import './footer.css';
import './overview.css';
import './palette.css';
import './preferences.css';
import './shortcuts.css';
import './sidebar.css';
import './top-bar.css';
import '../clusters/clusters.css';
import '../editor/editor.css';
import '../logs/logs.css';
import '../resources/details.css';
import '../resources/overviews/overviews.css';
import '../resources/list.css';
import '../resources/dialogs.css';
import '../terminal/terminal.css';
import { followTheme } from '../data/theme.ts';
import { registerViews } from '../resources/views/registry.ts';
import { App } from './app.tsx';

followTheme();
registerViews();
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
