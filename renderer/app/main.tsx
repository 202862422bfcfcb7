import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/forms.css';
import '../ui/overlays.css';
import './app.css';
import './overview.css';
import './preferences.css';
import '../clusters/clusters.css';
import '../editor/editor.css';
import '../logs/logs.css';
import '../resources/details.css';
import '../resources/list.css';
import '../terminal/terminal.css';
import { followTheme } from '../data/theme.ts';
import { App } from './app.tsx';

followTheme();
const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
